package io.caravan.embedded;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTInterceptor;
import org.apache.activemq.artemis.core.remoting.impl.netty.ActiveMQChannelHandler;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Has the broker see the end of a connection only when it has handled the DISCONNECT before it. Artemis 2.55 leaves packets to a
 * pool of threads, but sees the end at once: a client that says goodbye and hangs up was taken for a lost one, its will was
 * published, a session that was to end was kept, and acknowledgements before the DISCONNECT could be dropped. Stateless.
 */
final class Farewells implements MQTTInterceptor {

    private static final String NAME = "caravan-farewell";

    @Override
    public boolean intercept(MqttMessage packet, RemotingConnection connection) {
        if (packet.fixedHeader() != null
                && packet.fixedHeader().messageType() == MqttMessageType.DISCONNECT
                && connection.getTransportConnection() instanceof NettyConnection transport) {
            ChannelPipeline pipeline = transport.getNettyChannel().pipeline();
            if (pipeline.get(NAME) == null) {
                pipeline.addFirst(NAME, new Patience(connection));
            }
        }
        return true;
    }

    private static final class Patience extends ChannelInboundHandlerAdapter {

        private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
        private static final long LOOK_MILLIS = 5;

        private final RemotingConnection connection;

        Patience(RemotingConnection connection) {
            this.connection = connection;
        }

        /** A closed channel loses its handlers at once, so the broker's is told by ourselves. */
        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            ChannelHandlerContext broker = context.pipeline().context(ActiveMQChannelHandler.class);
            if (broker == null) {
                context.fireChannelInactive();
            } else {
                await(broker, System.nanoTime());
            }
        }

        private void await(ChannelHandlerContext broker, long since) throws Exception {
            if (connection.isDestroyed()
                    || broker.executor().isShuttingDown()
                    || System.nanoTime() - since > LONGEST_NANOS) {
                ((ChannelInboundHandler) broker.handler()).channelInactive(broker);
            } else {
                broker.executor()
                        .schedule(
                                () -> {
                                    await(broker, since);
                                    return null;
                                },
                                LOOK_MILLIS,
                                TimeUnit.MILLISECONDS);
            }
        }
    }
}
