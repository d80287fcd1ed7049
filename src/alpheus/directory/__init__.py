"""The directory: who owns a server, its sector and its contacts, from lists and without a network.

`open_directory` reads what `alpheus directory import` wrote; `owner_of` decides.
"""
