"""The tag container: the JavaScript a build delivers, its name, and the code a site pastes in."""
