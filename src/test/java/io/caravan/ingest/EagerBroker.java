package io.caravan.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Sends all that it holds to every client that connects, however little that client takes at once, as mosquitto 2.0.11 does. The
 * embedded broker does it now and then only.
 */
final class EagerBroker implements AutoCloseable {

    private final NioEventLoopGroup thread = new NioEventLoopGroup(1);
    private final Channel server;
    private final Set<Integer> held = new ConcurrentSkipListSet<>();

    /** @param messages how many, on the topic {@code iot/d/raw}; their texts are the numbers from 1 */
    EagerBroker(int messages) {
        for (int id = 1; id <= messages; id++) {
            held.add(id);
        }
        server = new ServerBootstrap()
                .group(thread)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(MqttEncoder.INSTANCE, new MqttDecoder(), new Session());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    String url() {
        return "tcp://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Whether all has been acknowledged. */
    boolean isEmpty() {
        return held.isEmpty();
    }

    @Override
    public void close() {
        thread.shutdownGracefully().syncUninterruptibly();
    }

    private final class Session extends SimpleChannelInboundHandler<MqttMessage> {

        @Override
        protected void channelRead0(ChannelHandlerContext client, MqttMessage message) {
            switch (message.fixedHeader().messageType()) {
                case CONNECT -> {
                    client.write(MqttMessageBuilders.connAck()
                            .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                            .sessionPresent(true)
                            .build());
                    held.forEach(id -> client.write(publish(id)));
                    client.flush();
                }
                case SUBSCRIBE ->
                    client.writeAndFlush(MqttMessageBuilders.subAck()
                            .packetId(((MqttSubscribeMessage) message)
                                    .variableHeader()
                                    .messageId())
                            .addGrantedQos(MqttQoS.AT_LEAST_ONCE)
                            .build());
                case PUBACK -> held.remove(((MqttMessageIdVariableHeader) message.variableHeader()).messageId());
                default -> client.close();
            }
        }

        private static MqttMessage publish(int id) {
            return MqttMessageBuilders.publish()
                    .topicName("iot/d/raw")
                    .qos(MqttQoS.AT_LEAST_ONCE)
                    .messageId(id)
                    .payload(Unpooled.copiedBuffer(Integer.toString(id), UTF_8))
                    .build();
        }
    }
}
