package io.caravan.bench;

/**
 * What became of the messages of a run.
 *
 * @param sent messages published
 * @param acknowledged those that the broker has acknowledged
 * @param stored those whose readings are all in the database
 * @param lost those that were acknowledged and miss a reading in the database
 * @param duplicated readings that are in the database more than once, counted from the second
 * @param altered readings whose value, unit or timestamp is not what was sent
 * @param invented readings of this run's devices that nobody sent
 */
record Verdict(long sent, long acknowledged, long stored, long lost, long duplicated, long altered, long invented) {

    /** Whether nothing was lost, duplicated, altered or invented. */
    boolean pass() {
        return lost == 0 && duplicated == 0 && altered == 0 && invented == 0;
    }
}
