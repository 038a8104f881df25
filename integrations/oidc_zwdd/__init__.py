"""Sign-in by the province's identity platform (政钉-like), over OpenID Connect."""
