ALTER DATABASE postgres SET commit_delay = 2000;
ALTER DATABASE postgres SET commit_siblings = 0;
