"""The web chat: an HTTP API, a WebSocket and a static page, served by aiohttp."""
