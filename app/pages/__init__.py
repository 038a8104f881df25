"""Pages, one function a file; each is declared in `app.navigation`."""
