package io.caravan.tenant;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.SecretKey;

/** Makes tokens (HS256) for small installations; larger ones have an issuer of their own. Thread-safe. */
public final class TokenIssuer {

    private final String issuer;
    private final String audience;
    private final Supplier<List<SecretKey>> secrets;

    /** @param secrets the first of which signs */
    public TokenIssuer(String issuer, String audience, Supplier<List<SecretKey>> secrets) {
        this.issuer = issuer;
        this.audience = audience;
        this.secrets = secrets;
    }

    /** A token for somebody, good from now for a time. */
    public String issue(Identity identity, Duration lifetime) {
        return signed(Claims.of(identity), lifetime);
    }

    /** A token for an application, good from now for a time, and no longer than what it is given for. */
    public String issue(Identity application, Grant grant, Duration lifetime) {
        return signed(Claims.of(application, grant), lifetime);
    }

    private String signed(JWTClaimsSet.Builder claims, Duration lifetime) {
        Instant now = Instant.now();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(JOSEObjectType.JWT)
                        .build(),
                claims.issuer(issuer)
                        .audience(audience)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(lifetime)))
                        .build());
        try {
            token.sign(new MACSigner(secrets.get().get(0)));
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 takes every secret of 32 bytes", e);
        }
        return token.serialize();
    }
}
