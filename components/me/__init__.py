"""The own account: pieces of the page /me."""
