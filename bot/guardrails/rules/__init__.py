"""Rules as data: concepts, expressions over them, and the pictures they recognise."""
