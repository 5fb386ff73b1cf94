package io.caravan.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CredentialsTest {

    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aPasswordHas256BitsAndIsNewEachTime() {
        for (Credentials credentials : new Credentials[] {new Credentials(null), new Credentials(KEY)}) {
            Set<String> passwords = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                String password = credentials.fresh().password();
                assertThat(Base64.getUrlDecoder().decode(password)).hasSize(32);
                passwords.add(password);
            }
            assertThat(passwords).hasSize(1_000);
        }
    }

    @Test
    void whatIsStoredIsItsSha256() {
        Credentials.Secret secret = new Credentials(null).fresh();

        assertThat(secret.sha256()).isEqualTo(Credentials.sha256(secret.password()));
        assertThat(secret.salt()).isNull();
        assertThat(Credentials.matches(secret.password(), secret.sha256())).isTrue();
        assertThat(Credentials.matches(secret.password() + "x", secret.sha256()))
                .isFalse();
        assertThat(HexFormat.of().formatHex(Credentials.sha256("abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void withItsKeyAPasswordCanBeMadeAgain() {
        Credentials.Secret secret = new Credentials(KEY).fresh();

        assertThat(new Credentials(KEY).recover(secret.salt(), secret.sha256())).isEqualTo(secret.password());
    }

    @Test
    void withoutTheKeyOfThenItCannot() {
        Credentials.Secret secret = new Credentials(KEY).fresh();
        byte[] other = KEY.clone();
        other[0]++;

        assertThat(new Credentials(other).recover(secret.salt(), secret.sha256()))
                .isNull();
        assertThat(new Credentials(null).recover(secret.salt(), secret.sha256()))
                .isNull();
        Credentials.Secret random = new Credentials(null).fresh();
        assertThat(new Credentials(KEY).recover(random.salt(), random.sha256())).isNull();
    }

    @Test
    void ofSeveralKeysTheFirstMakesPasswordsAndAllMakeThemAgain() {
        byte[] next = KEY.clone();
        next[0]++;
        AtomicReference<List<byte[]>> keys = new AtomicReference<>(List.of(KEY));
        Credentials credentials = Credentials.ofKeys(keys::get);
        Credentials.Secret old = credentials.fresh();

        keys.set(List.of(next, KEY));
        Credentials.Secret fresh = credentials.fresh();

        assertThat(credentials.recover(old.salt(), old.sha256())).isEqualTo(old.password());
        assertThat(credentials.recover(fresh.salt(), fresh.sha256())).isEqualTo(fresh.password());
        keys.set(List.of(next));
        assertThat(credentials.recover(old.salt(), old.sha256())).isNull();
        assertThat(credentials.recover(fresh.salt(), fresh.sha256())).isEqualTo(fresh.password());
    }

    @Test
    void aShortKeyIsRefused() {
        assertThatThrownBy(() -> new Credentials(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNameTellsTenantAndDeviceAndIsFitForEveryBroker() {
        Credentials credentials = new Credentials(null);

        assertThat(credentials.userName("acme", "pump-7")).matches("acme-pump_7-[a-z2-9]{8}");
        assertThat(credentials.userName("a/b+#", "kitchen/lamp \u00fc" + "x".repeat(300)))
                .matches("[A-Za-z0-9_-]{1,64}");
        assertThat(credentials.userName("acme", "pump-7")).isNotEqualTo(credentials.userName("acme", "pump-7"));
    }

    @Test
    void aSecretDoesNotShowItself() {
        Credentials.Secret secret = new Credentials(KEY).fresh();

        assertThat(secret.toString()).doesNotContain(secret.password());
    }
}
