"""The whole registry in one encrypted file, and back."""
