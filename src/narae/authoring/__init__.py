"""What a DAG file is written with. User side: never imports the server side."""
