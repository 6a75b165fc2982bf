"""Every way a file becomes proposed facts: one small module a format, behind one protocol, in a limited process."""
