"""What every room stands on: database, regions, scope, trail, states, pages, commands. Imports no Django by itself."""
