"""How the product is watched: pipeline status, metrics, the feed of the live debugger."""
