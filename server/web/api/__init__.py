"""Management APIs in the platform's shapes: who may ask, what is asked, how it is answered."""
