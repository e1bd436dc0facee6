"""One attempt inside its process: templates, context, XCom, user code, and what it asks for."""
