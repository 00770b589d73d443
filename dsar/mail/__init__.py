"""Reading e-mail safely: nothing in it is executed, loaded, unpacked or believed."""
