package io.caravan.store;

import org.junit.jupiter.api.AfterAll;

/** The statements keep their promises on hypertables. */
class StatementsOnTimescaleIT extends StatementsTest {

    private final Timescale timescale = new Timescale();

    @Override
    String database() throws Exception {
        return timescale.migratedDatabase();
    }

    @AfterAll
    void drop() throws Exception {
        timescale.close();
    }
}
