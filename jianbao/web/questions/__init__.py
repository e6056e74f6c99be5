"""What addresses ask for, read strictly."""
