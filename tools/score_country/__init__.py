"""How well cases tell a simulated country: servers, victims, states, owners, against its truth."""
