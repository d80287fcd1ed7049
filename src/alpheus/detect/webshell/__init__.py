"""Server pages judged by what their code does with what a visitor sends."""
