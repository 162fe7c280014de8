"""The gRPC door, tried from outside: a real server in this process, the generated stubs, and scripted use cases."""
