-- Gives a device another password; answers the user that it is of.
SELECT outcome, user_name FROM renew_device_credentials(:?tenant, :?device, :?user, :?sha256::bytea, :?salt::bytea)
