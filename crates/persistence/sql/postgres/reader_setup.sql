SET application_name = 'mission-control';
SET jit = off;
SET statement_timeout = '10s';
SET lock_timeout = '2s';
SET idle_in_transaction_session_timeout = '5s';
SET client_connection_check_interval = '1s';
