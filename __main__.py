import gc

# The SDK is 300,000 objects that stay: looking for garbage among them took a sixth of the program's time.
gc.disable()

from infra.program import run  # noqa: E402

run()
