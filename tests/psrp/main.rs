//! PowerShell Remoting against independent implementations, known vectors and hostile input.

mod corpus;
mod harness;
mod our_client;
mod our_server;
mod peer;
mod vectors;
