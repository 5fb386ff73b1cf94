-- Removes a gateway; answers whether there was one.
SELECT remove_gateway(:?tenant, :?user) AS removed
