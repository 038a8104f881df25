"""What pages of many rooms do alike."""
