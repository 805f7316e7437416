"""Writing the project library. One function per act; what happened is appended, never changed; every act leaves a trail row."""
