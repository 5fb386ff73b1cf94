package io.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.ledger.Ledger.Account;
import org.junit.jupiter.api.Test;

/** The stages together. */
class LedgerTest {

    @Test
    void whatTheEnrichStageHasWrittenTwiceIsNoDuplicateOfADevice() {
        Ledger ledger = Ledger.of(enrich(100, 90, 10, 0), store(97, 80, 2, 15, 0), 7);

        assertThat(ledger.all()).isEqualTo(new Account("all", 100, 80, 12, 8, 0, 0, 0, true));
        assertThat(ledger.balanced()).isTrue();
    }

    @Test
    void aRecordThatIsWrittenAndNotCommittedYetIsInFlightOnce() {
        Ledger ledger = Ledger.of(enrich(100, 60, 0, 40), store(75, 50, 0, 0, 25), 0);

        assertThat(ledger.all()).isEqualTo(new Account("all", 100, 50, 0, 0, 0, 50, 0, true));
    }

    @Test
    void aRecordThatNeverReachedTheStoreShows() {
        assertThat(Ledger.of(enrich(100, 100, 0, 0), store(99, 99, 0, 0, 0), 0).balanced())
                .isFalse();
    }

    @Test
    void aRecordThatTheEnrichStageDidNotWriteShows() {
        assertThat(Ledger.of(enrich(100, 100, 0, 0), store(101, 101, 0, 0, 0), 0)
                        .balanced())
                .isFalse();
    }

    @Test
    void aStageThatDoesNotAddUpShowsInAll() {
        Account wrong = new Account("enrich", 100, 99, 0, 0, 0, 0, 0, false);

        assertThat(Ledger.of(wrong, store(99, 99, 0, 0, 0), 0).all().balanced()).isFalse();
    }

    private static Account enrich(long received, long forwarded, long deadLettered, long inFlight) {
        return new Account("enrich", received, forwarded, deadLettered, 0, 0, inFlight, 0, true);
    }

    private static Account store(long received, long forwarded, long deadLettered, long duplicates, long inFlight) {
        return new Account("store", received, forwarded, deadLettered, duplicates, 0, inFlight, 0, true);
    }
}
