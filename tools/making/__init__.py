"""What the makers of sample cases share: small true file formats, and file systems made by the real tools."""
