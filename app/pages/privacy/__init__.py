"""Pages on which personal data is governed."""
