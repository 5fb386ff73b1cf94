package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageTest {

    @Test
    void stagesAreReadInAnyOrderAndOnce() {
        assertThat(Stage.parse("store, ingest,store")).containsExactly(Stage.INGEST, Stage.STORE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", "ingest,", "Ingest", "ingest;store", "sink"})
    void aListThatNamesAnotherOrNoneIsTheUsersError(String list) {
        assertThatThrownBy(() -> Stage.parse(list))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("caravan.stages");
    }
}
