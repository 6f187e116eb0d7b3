"""Digital signatures: on the package (XML-DSig), in PDF files, and whom to trust. Imports nothing by itself."""
