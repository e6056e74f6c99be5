"""What stands around every answer: who may ask, what browsers may keep, what they must not do."""
