SELECT nextval('drawn')
