package io.caravan.bench;

/**
 * What a run has left behind beside its readings.
 *
 * @param windows settled windows of the run's devices, -1 where there is no such table
 * @param wrongWindows those that are not what their readings are
 * @param deadLetters dead letters of the run's devices, none of which was sent bad; -1 where there is no such table
 * @param balanced whether the application's ledger adds up, null where the application does not say
 */
record AtRest(long windows, long wrongWindows, long deadLetters, Boolean balanced) {

    /** Whether nothing that is known is wrong. */
    boolean pass() {
        return wrongWindows <= 0 && deadLetters <= 0 && !Boolean.FALSE.equals(balanced);
    }
}
