"""The snippet on single-page sites made with other people's frameworks, as npm delivers them."""
