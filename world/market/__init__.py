"""The market kernel: offers, needs and lanes in, prices and flows out. It imports numpy and itself."""
