"""The property file that marketers edit: its shape, its checking, its words, and its compilation into a container."""
