"""Writing figures. One function per act; every act leaves a trail row; nothing that was said is ever changed or deleted."""
