"""Answers: pages, problems and the headers that all of them bear."""
