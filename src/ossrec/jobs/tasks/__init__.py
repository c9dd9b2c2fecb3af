"""Bring facts about tasks into the catalog, and link recordings to tasks."""
