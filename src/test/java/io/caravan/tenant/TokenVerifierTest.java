package io.caravan.tenant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.caravan.tenant.TokenVerifier.Expected;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are good, and the attacks on those that verify them that RFC 8725 names. */
class TokenVerifierTest {

    private static final SecretKey SECRET = secret("0123456789abcdef0123456789abcdef");
    private static final Grants GRANTS = new Grants();
    private static final Expected OWN = Expected.own("caravan", "caravan");

    private final TokenVerifier verifier = TokenVerifier.ofSecrets(OWN, () -> List.of(SECRET), GRANTS);

    @Test
    void whatTheIssuerMakesSaysWhoAsks() throws Exception {
        TokenIssuer issuer = new TokenIssuer("caravan", "caravan", () -> List.of(SECRET));
        Identity operator = new Identity("acme", Role.OPERATOR, "user-acme");
        Identity admin = new Identity(null, Role.ADMIN, "root");
        Identity app = new Identity("acme", Role.APP, "app-1", Set.of("smart_meter", "smart_breaker"));

        for (Identity identity : List.of(operator, admin, app)) {
            assertThat(verifier.verify(issuer.issue(identity, Duration.ofMinutes(1))))
                    .isEqualTo(identity);
        }
    }

    @Test
    void aTokenDiesWithTheKeyThatItWasGivenFor() throws Exception {
        TokenIssuer issuer = new TokenIssuer("caravan", "caravan", () -> List.of(SECRET));
        Identity app = new Identity("acme", Role.APP, "app-1", Set.of("smart_meter"));
        String token = issuer.issue(app, new Grant("first", 50), Duration.ofMinutes(1));
        Grants grants = new Grants();
        TokenVerifier guarded = TokenVerifier.ofSecrets(OWN, () -> List.of(SECRET), grants);
        assertThatThrownBy(() -> guarded.verify(token)).isInstanceOf(KeysUnavailable.class);

        grants.take(List.of(application(40, null, null, null, null)));
        assertThat(guarded.verify(token)).as("given after the reading").isEqualTo(app);
        String types = "[\"smart_breaker\",\"smart_meter\"]";
        grants.take(List.of(application(60, "acme", "1", "first", types)));
        assertThat(guarded.verify(token)).isEqualTo(app);

        for (Map<String, Object> now : List.of(
                application(60, "acme", "1", "second", types),
                application(60, "acme", "2", "first", types),
                application(60, "other", "1", "first", types),
                application(60, "acme", "1", "first", "[\"smart_breaker\"]"),
                application(50, null, null, null, null))) {
            grants.take(List.of(now));
            assertRefused(guarded, token);
        }
    }

    private static Map<String, Object> application(long readAt, String tenant, String id, String key, String types) {
        Map<String, Object> row = new HashMap<>();
        row.put("read_at", readAt);
        row.put("tenant_id", tenant);
        row.put("id", id);
        row.put("key", key);
        row.put("devicetypes", types);
        return row;
    }

    @Test
    void secretsChangeWithoutARestart() throws Exception {
        SecretKey next = secret("another-secret-of-32-bytes-another");
        TokenVerifier both = TokenVerifier.ofSecrets(OWN, () -> List.of(next, SECRET), GRANTS);

        assertThat(both.verify(signed(claims()))).isNotNull();
        assertThat(both.verify(new TokenIssuer("caravan", "caravan", () -> List.of(next, SECRET))
                        .issue(new Identity("acme", Role.VIEWER, "v"), Duration.ofMinutes(1))))
                .isNotNull();
        assertRefused(TokenVerifier.ofSecrets(OWN, () -> List.of(next), GRANTS), signed(claims()));
    }

    @ParameterizedTest
    @CsvSource({"operator,OPERATOR", "viewer,VIEWER", "admin,ADMIN"})
    void rolesAreReadFromTheClaim(String role, Role expected) throws Exception {
        assertThat(verifier.verify(signed(claims().claim("roles", List.of("offline_access", role))))
                        .role())
                .isEqualTo(expected);
        assertThat(verifier.verify(signed(claims().claim("roles", role))).role())
                .isEqualTo(expected);
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        assertRefused(new PlainJWT(claims().build()).serialize());
        String[] parts = signed(claims()).split("\\.");
        assertRefused(parts[0] + "." + parts[1] + ".");
        assertRefused(Base64URL.encode("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + parts[1] + "." + parts[2]);
        assertRefused(Base64URL.encode("{\"alg\":\"nOnE\",\"typ\":\"JWT\"}") + "." + parts[1] + ".");
    }

    @Test
    void anotherSecretAlgorithmOrPayloadIsRefused() throws Exception {
        assertRefused(signed(header(JWSAlgorithm.HS256), claims(), new MACSigner("x".repeat(32))));
        assertRefused(signed(header(JWSAlgorithm.HS512), claims(), new MACSigner("x".repeat(64))));
        SecretKey long64 = secret("y".repeat(64));
        assertRefused(
                TokenVerifier.ofSecrets(OWN, () -> List.of(long64), GRANTS),
                signed(header(JWSAlgorithm.HS512), claims(), new MACSigner(long64)));
        String[] parts = signed(claims()).split("\\.");
        String other = Base64URL.encode(
                        claims().claim("tenant_id", "other").build().toString())
                .toString();
        assertRefused(parts[0] + "." + other + "." + parts[2]);
    }

    /** The public key of an issuer, taken for the secret of HS256 (RFC 8725, section 2.1). */
    @Test
    void keysOfOneAlgorithmAreNoneOfAnother() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).keyID("k").generate();
        try (Issuer issuer = new Issuer(new JWKSet(key))) {
            TokenVerifier rsa = TokenVerifier.ofIssuer(OWN, issuer.keys());
            byte[] published = key.toRSAPublicKey().getEncoded();
            JWSHeader hs256 = new JWSHeader.Builder(JWSAlgorithm.HS256)
                    .type(JOSEObjectType.JWT)
                    .keyID("k")
                    .build();

            assertRefused(rsa, signed(hs256, claims(), new MACSigner(published)));
            assertRefused(rsa, signed(claims()));
            assertRefused(verifier, signed(rs256("k"), claims(), new RSASSASigner(key)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"../../../dev/null\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"' UNION SELECT 'key\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"jku\":\"http://127.0.0.1:1/keys\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[\"b64\"],\"b64\":false}",
                "{\"alg\":\"HS256\"}",
                "{\"alg\":\"HS256\",\"typ\":\"at\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWE\"}"
            })
    void whatAHeaderSaysOfKeysIsNotBelieved(String header) throws Exception {
        SecretKey empty = secret("\0".repeat(32));
        String body = Base64URL.encode(header) + "."
                + Base64URL.encode(claims().build().toString());
        JWSHeader hs256 = new JWSHeader.Builder(JWSAlgorithm.HS256).build();
        Base64URL signature = new MACSigner(empty).sign(hs256, body.getBytes(UTF_8));

        assertRefused(body + "." + signature);
    }

    @Test
    void anotherIssuerAudienceTypeOrTimeIsRefused() throws Exception {
        assertRefused(signed(claims().issuer("somebody")));
        assertRefused(signed(claims().issuer(null)));
        assertRefused(signed(claims().audience("something")));
        assertRefused(signed(claims().audience((String) null)));
        assertRefused(signed(claims().expirationTime(in(-120))));
        assertRefused(signed(claims().expirationTime(null)));
        assertRefused(signed(claims().notBeforeTime(in(120))));
        assertRefused(signed(claims().issueTime(in(120))));
        assertRefused(signed(claims().subject(null)));
        JWSHeader untyped = new JWSHeader.Builder(JWSAlgorithm.HS256).build();
        assertRefused(signed(untyped, claims(), new MACSigner(SECRET)));
        JWSHeader other = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(new JOSEObjectType("logout+jwt"))
                .build();
        assertRefused(signed(other, claims(), new MACSigner(SECRET)));
        assertThat(verifier.verify(signed(claims().issueTime(in(10))))).isNotNull();
        assertThat(verifier.verify(signed(claims().audience(List.of("something", "caravan")))))
                .isNotNull();
    }

    @Test
    void aHeaderWithExtensionsIsRefused() throws Exception {
        for (String header : List.of(
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[]}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[\"b64\"],\"b64\":true}")) {
            String body = Base64URL.encode(header) + "."
                    + Base64URL.encode(claims().build().toString());
            assertRefused(
                    body + "." + new MACSigner(SECRET).sign(new JWSHeader(JWSAlgorithm.HS256), body.getBytes(UTF_8)));
        }
    }

    @Test
    void claimsThatMakeNobodyAreRefused() {
        List<Consumer<JWTClaimsSet.Builder>> changes = List.of(
                claims -> claims.claim("tenant_id", null),
                claims -> claims.claim("tenant_id", ""),
                claims -> claims.claim("tenant_id", "a/b"),
                claims -> claims.claim("tenant_id", "#"),
                claims -> claims.claim("tenant_id", List.of("acme")),
                claims -> claims.claim("tenant_id", 7),
                claims -> claims.claim("tenant_id", "t".repeat(201)),
                claims -> claims.claim("roles", null),
                claims -> claims.claim("roles", List.of("god")),
                claims -> claims.claim("roles", "ADMIN"),
                claims -> claims.claim("roles", Map.of("admin", true)),
                claims -> claims.claim("roles", "app"),
                claims -> claims.claim("roles", "app").claim("device_types", List.of()),
                claims -> claims.claim("roles", "app").claim("device_types", List.of("a\nb")),
                claims -> claims.subject(" "),
                claims -> claims.subject("a\nb"),
                claims -> claims.subject("s".repeat(201)));
        for (Consumer<JWTClaimsSet.Builder> change : changes) {
            JWTClaimsSet.Builder claims = claims();
            change.accept(claims);
            assertRefused(signed(claims));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "é", "x.y", "eyJ.eyJ.x", "null", "Bearer"})
    void whatIsNoTokenIsRefused(String text) {
        assertRefused(text);
    }

    @Test
    void anOversizedTokenIsNotEvenRead() {
        assertRefused(signed(claims().claim("filler", "x".repeat(9_000))));
        assertRefused("a".repeat(10_000_000));
    }

    @Test
    void aRefusalHoldsNothingOfTheToken() {
        for (String token : List.of(
                signed(claims().issuer("secret-thing")), signed(claims().audience("secret-thing")), "secret.thing.x")) {
            assertThatThrownBy(() -> verifier.verify(token)).hasMessageNotContaining("secret-thing");
        }
    }

    @Test
    void keysOfAnIssuerAreFetchedOnceAndAgainWhenTheyHaveChanged() throws Exception {
        RSAKey first = new RSAKeyGenerator(2048).keyID("1").generate();
        ECKey second = new ECKeyGenerator(Curve.P_256).keyID("2").generate();
        try (Issuer issuer = new Issuer(new JWKSet(first))) {
            TokenVerifier oidc = TokenVerifier.ofIssuer(new Expected("caravan", "caravan", "groups"), issuer.keys());
            JWTClaimsSet.Builder claims = claims().claim("groups", List.of("staff", "viewer"));
            for (int i = 0; i < 5; i++) {
                assertThat(oidc.verify(signed(rs256("1"), claims, new RSASSASigner(first)))
                                .role())
                        .isEqualTo(Role.VIEWER);
            }
            assertThat(issuer.asked.get()).isEqualTo(1);

            issuer.publish(new JWKSet(List.of(first, second)));
            JWSHeader es256 = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .type(new JOSEObjectType("at+jwt"))
                    .keyID("2")
                    .build();
            assertThat(oidc.verify(signed(es256, claims, new ECDSASigner(second))))
                    .isNotNull();
            assertRefused(oidc, signed(rs256("1"), claims, new RSASSASigner(new RSAKeyGenerator(2048).generate())));
        }
    }

    @Test
    void anIssuerThatDoesNotAnswerIsNoVerdict() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).keyID("1").generate();
        String token = signed(rs256("1"), claims(), new RSASSASigner(key));
        TokenVerifier oidc = TokenVerifier.ofIssuer(
                OWN, URI.create("http://127.0.0.1:1/keys").toURL());

        assertThatThrownBy(() -> oidc.verify(token)).isInstanceOf(KeysUnavailable.class);
    }

    private void assertRefused(String token) {
        assertRefused(verifier, token);
    }

    private static void assertRefused(TokenVerifier verifier, String token) {
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(InvalidToken.class);
    }

    private static SecretKey secret(String text) {
        return new SecretKeySpec(text.getBytes(UTF_8), "HmacSHA256");
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("caravan")
                .audience("caravan")
                .subject("user-acme")
                .claim("tenant_id", "acme")
                .claim("roles", List.of("operator"))
                .expirationTime(in(60));
    }

    private static Date in(int seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private static JWSHeader header(JWSAlgorithm algorithm) {
        return new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).build();
    }

    private static JWSHeader rs256(String key) {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(key)
                .build();
    }

    private static String signed(JWTClaimsSet.Builder claims) {
        try {
            return signed(header(JWSAlgorithm.HS256), claims, new MACSigner(SECRET));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String signed(JWSHeader header, JWTClaimsSet.Builder claims, JWSSigner signer) throws Exception {
        SignedJWT token = new SignedJWT(header, claims.build());
        token.sign(signer);
        return token.serialize();
    }

    /** Publishes keys over HTTP, as an issuer does. */
    private static final class Issuer implements AutoCloseable {

        final AtomicInteger asked = new AtomicInteger();
        private final HttpServer server;
        private volatile JWKSet keys;

        Issuer(JWKSet keys) throws Exception {
            this.keys = keys;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/keys", exchange -> {
                asked.incrementAndGet();
                byte[] body = this.keys.toString(true).getBytes(UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        void publish(JWKSet now) {
            keys = now;
        }

        java.net.URL keys() throws Exception {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys")
                    .toURL();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
