//! Configuration, wiring, shutdown, logging.
