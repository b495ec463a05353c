"""`ops drift`: declaration, state and account side by side."""
