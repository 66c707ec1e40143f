"""The pages: each view reads the address, asks a room, and shows what it answers."""
