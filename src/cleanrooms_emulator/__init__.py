"""An embedded service that plays AWS Clean Rooms, over HTTP and in process."""
