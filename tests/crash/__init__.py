"""What survives when processes are killed, stopped, started badly, or lose their database."""
