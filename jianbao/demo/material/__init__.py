"""What every part of the demo site is made of: answers, rooms, prose, pictures."""
