"""Pieces that know no room: native elements, one style sheet, a few small scripts."""
