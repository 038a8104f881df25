"""Sign-in by a UKey: the browser's local service signs a challenge with SM2, and the certificate proves whose key it is."""
