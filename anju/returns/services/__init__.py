"""Writing returns. One function per act; every act leaves a trail row, every cell its change; nothing handed in is ever changed but by its correction."""
