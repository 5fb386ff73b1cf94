-- Notes how far windows are published.
UPDATE window_state SET published = :?revision WHERE published < :?revision AND publisher = :?publisher
